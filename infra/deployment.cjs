/** What `serverless.yml` asks for as `custom.sink`. */
module.exports = require('../src/deployment/serverless.ts').deployment;
