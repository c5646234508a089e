"""The bundle: a proven model as one zip that opens without the workbench, and all that has to be known of it.

OnnxArtifact + TrainedModel + Comparison + Dataset ──assemble──▶ Bundle ──pack──▶ bytes ──unpack──▶ Bundle

Layout 1, the files of the zip:

- `manifest.json`: the layout, when and by which workbench it was made, its title, and the SHA-256 of every other file
- `model.onnx`: the graph, a table's columns in, label and probabilities out
- `schema.json`: the columns and how their text becomes values (`onnx_export.Signature`); under "file" how the table
  that was trained on was written: encoding, delimiter, quoting, marks of missing values
- `certificate.json`: what was compared to show that the graph is equal to the model, and what came of it
- `metrics.json`: scores on the held-out rows with their intervals, of the folds and of the baseline, the checks
- `fairness.json`: the fairness report, where one was made
- `README.md`: the model card in Hugging Face's format, with metadata in YAML
- `train.py`: trains the model again; `predict.py`: asks the graph; `requirements.txt`: what `predict.py` needs
- `examples.json`: some held-out rows; `explainer.json`: the rows that explanations compare with

A private bundle has no examples, and the columns of its explainer rows are shuffled independently of each other.
"""

from backends.bundle.archive import pack, unpack
from backends.bundle.assemble import assemble, exchanged
from backends.bundle.bundle import Bundle, Gates

__all__ = ["Bundle", "Gates", "assemble", "exchanged", "pack", "unpack"]
