const { EntitySchema } = require("typeorm");
const shared = require("./shared");

module.exports = new EntitySchema({
  name: "User",
  tableName: shared.prefix + "users",
  columns: {
    id: { primary: true, type: "int", generated: true },
    name: { type: "varchar", length: shared.lengths.name },
  },
  relations: { posts: { type: "one-to-many", target: "Post", inverseSide: "author" } },
});
