"""Ways to tell people of a run on GitHub, a file each. They read and propose; the gate decides, the executors write."""
