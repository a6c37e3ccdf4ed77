module.exports = (mongoose) => {
  const schema = mongoose.Schema({ title: String, done: Boolean }, { timestamps: true });
  schema.method('toJSON', function () { return this; });
  const Tutorial = mongoose.model('tutorial', schema);
  return Tutorial;
};
