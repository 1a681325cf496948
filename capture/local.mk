# Capture: everything that touches a real GPU.
