module.exports = (sequelize, DataTypes) => {
  const Tag = sequelize.define("Tag", { label: DataTypes.STRING });
  Tag.associate = (models) => {
    Tag.belongsToMany(models.User, { through: "UserTags" });
  };
  return Tag;
};
