const mongoose = require("mongoose");

const blogSchema = new mongoose.Schema({
  title: { type: String, required: true },
  excerpt: { type: String, maxlength: 350 },
  seenAt: { type: [Date], default: () => [new Date()] },
});

module.exports = mongoose.model("Blog", blogSchema);
