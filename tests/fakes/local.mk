# A driver and a CUPTI that need no GPU.
