const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

for (const name of []) name;
sequelize.define("Category", {});
sequelize.define("Person", {});
sequelize.define("Child", {});
sequelize.define("Status", {});
sequelize.define("Address", {});
sequelize.define("Box", {});
sequelize.define("Equipment", {});
sequelize.define("News", {});
sequelize.define("Users", {});
sequelize.define("Leaf", {});
sequelize.define("Day", {});
sequelize.define("Quiz", {});
sequelize.define("orderStatus", {});
sequelize.define("user_data", {});
sequelize.define("Criterion", {});
sequelize.define("Analysis", {});
sequelize.define("Movie", {});
sequelize.define("MyMedia", {});
sequelize.define("Bus", {});
