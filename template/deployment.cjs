/** What serverless.yml asks for as custom.sink. */
module.exports = require('kafka-pg-sink/serverless').deployment;
