var EntitySchema = require("typeorm").EntitySchema;

exports.Post = new EntitySchema({
  name: "Post",
  columns: { id: { primary: true, type: "int", generated: true } },
  relations: { author: { type: "many-to-one", target: "User", joinColumn: true, inverseSide: "posts" } },
});
