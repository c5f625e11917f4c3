FIXED := fixed-connector

.PHONY: deploy
deploy:
	gcloud run deploy included --region $(REGION) --vpc-connector $(CONNECTOR)
	gcloud run deploy fixed --region us-west1 --vpc-connector $(FIXED)
