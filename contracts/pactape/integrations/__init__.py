"""What Pactape does for particular client libraries; each module is optional."""
