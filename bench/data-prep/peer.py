# The same work in pandas, vectorised throughout; less of it: no user tags, no statistics, no catalogue checks, and pickle, as Debian's pandas has no Parquet.
import sys
import numpy as np
import pandas as pd

csv, target = sys.argv[1], sys.argv[2]
rows = pd.read_csv(csv, dtype={"user_id": "object", "item_id": "object", "timestamp": "object", "event_type": "object", "quantity": "float64", "price": "float64"})

# Clean.
rows["time"] = pd.to_datetime(rows["timestamp"], errors="coerce", utc=True).dt.tz_localize(None)
rows["event"] = rows["event_type"].map({"view": "view_item", "add_to_cart": "add_to_cart", "purchase": "purchase", "view_item": "view_item"})
bad = rows["user_id"].isna() | rows["item_id"].isna() | rows["time"].isna() | rows["event"].isna() | rows["quantity"].isna() | (rows["quantity"] < 0)
bad |= (rows["time"] > pd.Timestamp.now() + pd.Timedelta(days=1)) | (rows["time"] < pd.Timestamp(1990, 1, 1))
logs = np.log(rows["price"].where(rows["price"] > 0))
outliers = ((logs - logs.groupby(rows["item_id"]).transform("mean")).abs() > np.log(10)).sum()
late = (rows["time"] < rows["time"].shift()).sum()

# Duplicates: exact, then all the same within two seconds.
exact = rows.duplicated(["user_id", "item_id", "timestamp", "event_type", "quantity", "price"])
clean = rows.loc[~exact, ["user_id", "item_id", "event", "time", "quantity", "price"]]
by = ["user_id", "item_id", "event", "quantity", "price"]
ordered = clean.sort_values(by + ["time"], kind="stable")
same = (ordered[by] == ordered[by].shift()).all(axis=1)
near = same & (ordered["time"].diff() <= pd.Timedelta(seconds=2))
clean = clean.drop(index=ordered.index[near])
clean = clean[~bad.loc[clean.index]]
bots = clean[clean["event"] != "purchase"].groupby(["user_id", clean["time"].dt.floor("D")])["time"].agg(["count", "min", "max"])
bots = bots[(bots["count"] >= 100) & (bots["count"] > (bots["max"] - bots["min"]).dt.total_seconds())]

# Sessions.
clean = clean.sort_values(["user_id", "time"], kind="stable").reset_index(drop=True)
first = clean["user_id"] != clean["user_id"].shift()
starts = first | (clean["time"].diff() > pd.Timedelta(minutes=30))
clean["session"] = starts.astype("int32").groupby(clean["user_id"]).cumsum()

# Labels.
clean["weight"] = clean["event"].map({"view_item": 1.0, "add_to_cart": 4.0, "purchase": 10.0})
clean["label_next_item"] = clean["item_id"].shift(-1).where(clean["user_id"] == clean["user_id"].shift(-1))
pairs = clean.sort_values(["user_id", "item_id", "time"], kind="stable")
bought = pairs["time"].where(pairs["event"] == "purchase").groupby([pairs["user_id"], pairs["item_id"]]).bfill()
clean["label_bought"] = (bought - pairs["time"] <= pd.Timedelta(days=7)).reindex(clean.index) & (clean["event"] != "purchase")
edges = clean["time"].quantile([0.8, 0.9]).tolist()
clean["time_split"] = np.select([clean["time"] >= edges[1], clean["time"] >= edges[0]], ["test", "validation"], "train")
total = clean.groupby("user_id")["time"].transform("size")
number = clean.groupby("user_id").cumcount() + 1
clean["leave_one_out"] = np.select([(total >= 2) & (number == total), (total >= 3) & (number == total - 1)], ["test", "validation"], "train")
clean.to_pickle(target)

print(f"done: {len(clean)} kept (bad {int(bad.sum())}, exact-duplicate {int(exact.sum())}, near-duplicate {int(near.sum())}, outlier-price {int(outliers)}, time-order {int(late)}, bots {len(bots)})", flush=True)
sys.stdin.readline()
