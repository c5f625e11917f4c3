#!/bin/bash
gcloud run deploy api --region us-central1
