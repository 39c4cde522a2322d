"""The accelerator as HLS C++: calls of its operations, the project, C simulation by g++."""
