const { DataTypes, Op, Sequelize } = require("sequelize");

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
    { name: "c1", fields: ["title"], where: { slug: { [Op.ne]: null }, views: { [Op.gt]: 3, [Op.lte]: 9 } } },
    { name: "c2", fields: ["title"], where: { [Op.or]: [{ draft: true, views: 0 }, { slug: { [Op.like]: "a%" } }] } },
    { name: "c3", fields: ["title"], where: { slug: { [Op.in]: ["a", "b'c"] }, views: [1, 2], draft: { [Op.not]: true } } },
    { name: "c4", fields: ["title"], where: { [Op.not]: { draft: null }, title: { [Sequelize.Op.notIn]: ["x"] } } },
    { name: "c5", fields: ["title"], where: { [Op.and]: { draft: { [Op.is]: null }, views: { [Op.between]: [1, 5] } } } },
    { name: "hashed", using: "hash", fields: ["slug"] },
  ],
});
