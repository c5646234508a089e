"""Trained models as ONNX, with the proof that they answer alike.

TrainedModel ──export──▶ OnnxArtifact (graph, Signature, Certificate)
records or a frame + Signature ──Feeds──▶ the graph's inputs ──Runtime──▶ Outputs

The graph (`graph_inputs`) takes the table's columns by their names and holds everything from imputing to the decision;
`convert` and the converters make its inner part. What cannot live in a graph, reading text, is the declared input step
in front of it (`feeds`), which follows from the signature alone.
"""

from backends.onnx_export.export import OnnxArtifact, export

__all__ = ["OnnxArtifact", "export"]
