"""What the gate can do, a file a kind of action. Nobody but the wiring imports these."""
