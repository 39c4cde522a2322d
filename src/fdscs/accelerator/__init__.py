"""The accelerator, realised: as HLS C++ and by FINN."""
