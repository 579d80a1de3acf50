"""Makes the index's encoder: a MiniLM tuned on questions to passages.

python -m index.tuning prepare --data ../shared/data ...   the passages and questions to learn from
python -m index.tuning train                               minutes on a GPU, hours on two cores
python -m index.tuning export FOLDER                       int8 ONNX, into index/encoder
"""
