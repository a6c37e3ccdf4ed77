"""Mongoose schemas, as they are or through the decorators of NestJS and Typegoose, to tables."""
