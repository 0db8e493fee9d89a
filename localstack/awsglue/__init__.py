"""A drop-in for the library of AWS Glue jobs: Amazon's names over Spark DataFrames."""
