echo nothing to deploy
