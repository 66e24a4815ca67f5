// The same for Node, without the database, which its version in Debian has not.
const http = require('http')
const server = http.createServer((req, res) => {
  if (req.url === '/') {
    res.writeHead(200, { 'Content-Type': 'text/plain' })
    res.end('Hello, world!')
  } else if (req.url === '/echo') {
    let body = ''
    req.on('data', (part) => { body += part })
    req.on('end', () => {
      res.writeHead(200, { 'Content-Type': 'application/json' })
      res.end(JSON.stringify(JSON.parse(body)))
    })
  } else {
    res.writeHead(404)
    res.end()
  }
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
