"""`make faults`: the web, the disk and the machine at their worst, and what was lost by it: nothing."""
