"""Trained models as ONNX: converters that are exact, the conversion, and running what came of it."""
