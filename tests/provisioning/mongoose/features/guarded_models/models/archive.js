const mongoose = require("mongoose");

const blogSchema = new mongoose.Schema({ title: String, archivedAt: Date });
const tagSchema = new mongoose.Schema({ label: { type: String, required: true } });

// Made only where no other file was first.
const Blog = mongoose.models.Blog || mongoose.model("Blog", blogSchema);
const Tag = mongoose.models.Tag ? mongoose.model("Tag") : mongoose.model("Tag", tagSchema);

module.exports = { Blog, Tag };
