"""The commands, by what people do: refine, analyse, look."""
