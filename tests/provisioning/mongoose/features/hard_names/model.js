const { Schema, model } = require('mongoose');

module.exports = model('Select', new Schema({
  order: String,
  'with space': { type: Number, min: 1 },
  'quo"te': { type: String, enum: ['a', 'b'], index: true },
  "semi;colon'": { type: String, maxlength: 3 },
  größe: { type: String, unique: true },
  a_name_that_is_longer_than_sixty_three_bytes_and_goes_on_until_it_is_cut: { type: String, index: true },
  user: { type: Schema.Types.ObjectId, ref: 'Select' },
  $literal: String,
}, { collection: 'group by' }));
