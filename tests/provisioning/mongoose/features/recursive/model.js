const { Schema, model } = require('mongoose');

const comment = new Schema({ body: String });
comment.add({ replies: [comment] });
const node = new Schema({ name: String });
node.add({ child: node, children: [node] });

module.exports = { Comment: model('Comment', comment), Node: model('Node', node) };
