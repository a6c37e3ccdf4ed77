const mongoose = require("mongoose");
const Blog = require("./models/blog");
const { Tag } = require("./models/archive");

mongoose.model("Pinned", new mongoose.Schema({ blog: { type: mongoose.Schema.Types.ObjectId, ref: Blog }, tag: String }));
