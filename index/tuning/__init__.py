"""Makes the index's encoder: a MiniLM tuned on questions to passages.

python -m index.tuning prepare --documents NAME=FOLDER ...   passages and questions to learn from
python -m index.tuning train --base MINILM --data FOLDER     a quarter of an hour on a core
python -m index.tuning export --base MINILM [TUNED ...]      int8 ONNX, into index/encoder
"""
