REGION := us-west1
CONNECTOR := settings-connector
