"""Everything that is true without a browser.

Each stage produces one small frozen result and imports only the stages before it
(`tests/test_architecture.py` holds the arrows)::

    bytes ──datasets.read_table──▶ Dataset(frame, schema, notes)
    Dataset + Recipe ──datasets.prepare──▶ Dataset (drop, treat as, merge …: steps that can be undone)
    Dataset ──profiling.profile──▶ Profile (facts, alerts with the steps that resolve them, relations, report)
    Datasets + SQL ──query.run_query──▶ QueryResult
    Dataset + TrainingSpec ──training.compare──▶ Comparison ──▶ TrainedModel (pipeline, schema, held-out rows)
    TrainedModel ──metrics.evaluate──▶ Evaluation (scores with intervals; curves and thresholds from it)
    TrainedModel ──explanations.explain──▶ Explanation (SHAP values in source columns, checked to add up)
    TrainedModel + columns ──fairness.assess──▶ FairnessReport (by group, disparities)
    TrainedModel ──onnx_export.export──▶ OnnxArtifact (graph, signature, parity certificate)
    OnnxArtifact + all of the above ──bundle.assemble──▶ Bundle ──bundle.pack──▶ bytes (one zip)
    bytes ──registry.Registry.publish──▶ ModelVersion (stages, gates, history)
    ModelVersion ──serving.Predictor.load──▶ Predictor ──▶ Predictions, for the API, the widgets and the pages

    bytes ──retrieval.documents.read──▶ Document ──chunking.split──▶ chunks, exact slices of its text
    Document + Embedder ──retrieval.Collection.add──▶ Collection (SQLite: text, chunks, vectors, word index)
    question + Collection ──search──▶ Found (hits) ──answering──▶ Answer (sentences, citations = exact spans)
    QuestionSet + Collection ──retrieval.evaluation──▶ Evaluation (measures with intervals), paired comparisons

    any of them ──charts──▶ Plotly figure
    a function + a folder ──tasks.JobRunner──▶ Job (a child process with progress, cancel and a queue)

The order of the stages: errors, settings, tasks · datasets · profiling · query · training · metrics ·
explanations · fairness · onnx_export · bundle · registry · retrieval · charts · serving.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime reports to its makers unless this is set before its import

__version__ = "0.1.0"
