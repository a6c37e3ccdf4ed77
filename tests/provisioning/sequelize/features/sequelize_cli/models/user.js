"use strict";
const { Model } = require("sequelize");

module.exports = (sequelize, DataTypes) => {
  class User extends Model {
    static associate(models) {
      User.hasMany(models.Post, { foreignKey: "userId", as: "posts" });
      this.belongsToMany(models.Tag, { through: "UserTags" });
    }
  }
  User.init({ firstName: DataTypes.STRING, email: { type: DataTypes.STRING, unique: true } }, { sequelize, modelName: "User" });
  return User;
};
