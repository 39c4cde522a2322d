"""Cells of the block design that a driver has to know, and where their registers are."""

ACCELERATOR, LEFT, RIGHT = "accelerator", "dma_left", "dma_right"
INTERRUPT = f"{ACCELERATOR}/irq"
REGISTERS = {  # cell → address of its registers, bytes of them
    ACCELERATOR: (0xA000_0000, 0x1000),
    LEFT: (0xA001_0000, 0x1_0000),
    RIGHT: (0xA002_0000, 0x1_0000),
    "interrupts": (0xA003_0000, 0x1_0000),
}
