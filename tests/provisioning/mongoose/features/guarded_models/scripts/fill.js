const mongoose = require("mongoose");

const Pinned = mongoose.model("Pinned", new mongoose.Schema({ old: Number }));

Pinned.deleteMany({});
