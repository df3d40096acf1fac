"""Warehouse: owns the de-identified copy of sales for analysts, loaded behind the pipeline."""
