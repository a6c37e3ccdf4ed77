const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

sequelize.define("Post", {
  title: DataTypes.STRING,
  slug: DataTypes.STRING,
  views: DataTypes.INTEGER,
  data: DataTypes.JSONB,
  draft: DataTypes.BOOLEAN,
  authorName: { type: DataTypes.STRING, field: "author_name" },
}, {
  indexes: [
    { fields: ["title"] },
    { unique: true, fields: ["slug"] },
    { name: "by_views", fields: [{ name: "views", order: "DESC" }, "title"] },
    { fields: ["data"], using: "gin" },
    { fields: ["data"], using: "gin", operator: "jsonb_path_ops", name: "by_path" },
    { unique: true, fields: ["title", "slug"], where: { draft: false } },
    { type: "UNIQUE", fields: ["views"], name: "one_view" },
    { fields: ["author_name"] },
    { name: "lowered", fields: [sequelize.fn("lower", sequelize.col("title"))] },
    { name: "hashed", using: "hash", fields: ["slug"] },
  ],
});
