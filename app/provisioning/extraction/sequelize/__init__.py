"""The Sequelize reader: tables as sync() would create them."""
