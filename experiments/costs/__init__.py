"""What a run costs: time, memory and traffic by step, storage by table, and money where prices are given."""
