/** Every choice of a deployment; infra/parameters.yml describes them in this order, with their defaults. */
export const PARAMETER_NAMES = [
  ...['name', 'region'],
  ...['source', 'mode', 'clusterArn', 'vpcConnectionArn', 'bootstrapServers', 'topic'],
  ...['consumerGroup', 'consumption'],
  ...['startingPosition', 'startingPositionTimestamp', 'filterCriteria'],
  ...['kafkaAuth', 'kafkaSecretArn'],
  ...[
    'kafkaOauthScope',
    'kafkaOauthAudience',
    'kafkaOauthLogicalCluster',
    'kafkaOauthIdentityPool',
  ],
  ...['kafkaRootCaSecretArn', 'kafkaSecretKmsKeyArn'],
  ...['kafkaSubnetIds', 'kafkaSecurityGroupIds', 'schemaRegistryUri', 'schemaRegistrySecretArn'],
  ...['batchSize', 'batchWindow', 'minimumPollers', 'maximumPollers', 'pollerGroup'],
  ...['maximumRetryAttempts', 'maximumRecordAge'],
  ...['memory', 'timeout', 'reservedConcurrency', 'logLevel', 'logRetention'],
  ...['vpcSubnetIds', 'vpcSecurityGroupIds', 'kmsKeyArn'],
  ...['databaseSecretArn', 'databaseSecretKmsKeyArn', 'databaseIamUser', 'databaseResourceId'],
  ...['databaseHost', 'databasePort', 'databaseName', 'databasePoolSize'],
  ...['databaseCaFile', 'databaseCaLayerArn', 'tombstonePolicy'],
  ...['alarmTopicArn', 'lagAlarmRecords', 'deadLetterAlarmRecords'],
];
