import express from 'express';
import { articleSchema, listQuerySchema } from './schemas/article';
import { createUserSchema, loginSchema } from './schemas/user';

const app = express();
app.use(express.json());

app.post('/users', (req, res) => {
  const user = createUserSchema.parse(req.body);
  res.status(201).json(user);
});
app.post('/login', (req, res) => res.json(loginSchema.parse(req.body)));
app.get('/articles', (req, res) => res.json(listQuerySchema.parse(req.query)));
app.post('/articles', (req, res) => res.json(articleSchema.parse(req.body)));

app.listen(3000);
