"""The bytes of WARC records: headers that the WARC library cannot read, and HTTP responses."""
