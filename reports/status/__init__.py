"""How a warehouse stands: how fresh it is, what runs, what fails; read from storage, without an engine."""
