// A provider in Node: users over HTTP, and a message for each new one. BREAK=1 leaves a field out.
const express = require('express');

const users = new Map();
const app = express();

function shown(user) {
  return process.env.BREAK ? { id: user.id } : user;
}

app.get('/users/:id', (request, response) => {
  const user = users.get(request.params.id);
  const known = request.headers.authorization === 'Bearer secret';
  if (!known) return response.status(401).json({});
  return user ? response.json(shown(user)) : response.status(404).json({});
});

module.exports = { app, users, shown };
