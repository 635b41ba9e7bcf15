"""The tables' contracts, a module a layer; ``etl.tables`` names them all."""
