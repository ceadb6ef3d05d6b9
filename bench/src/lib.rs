//! Latency and throughput benchmarks of each layer, against peers.
