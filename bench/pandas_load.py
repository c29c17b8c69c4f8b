"""What a notebook does: pandas_load.py CSV [DATABASE]. Without a database the file is only read into memory."""
import sqlite3
import sys

import pandas

frame = pandas.read_csv(sys.argv[1], names=["user_id", "movielens_id", "rating", "rated_at"], header=0)
if len(sys.argv) > 2:
    with sqlite3.connect(sys.argv[2]) as db:
        frame.to_sql("ratings", db, index=False)
        db.execute("CREATE UNIQUE INDEX pk ON ratings(user_id, movielens_id)")
        db.execute("CREATE INDEX ix_ratings_movielens_id ON ratings(movielens_id, rating)")
