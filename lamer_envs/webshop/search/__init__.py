"""The shop's search engine: Lucene's English analysis and its BM25, without Lucene."""
