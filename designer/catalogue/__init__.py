"""What a layer is: one LayerSpec a kind, with its parameters, ports, shape rule, cost rule, code and help."""
