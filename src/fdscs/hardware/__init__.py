"""The accelerator that is generated: processes, streams, their timing, memory and size."""
