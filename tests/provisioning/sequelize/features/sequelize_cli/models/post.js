module.exports = (sequelize, DataTypes) => {
  const Post = sequelize.define("Post", { title: { type: DataTypes.STRING, allowNull: false } }, {});
  Post.associate = function (models) {
    Post.belongsTo(models.User, { foreignKey: "userId", onDelete: "CASCADE" });
  };
  return Post;
};
