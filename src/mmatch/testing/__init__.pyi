# What a rule, an aim or a solver of your own is tested with: the contract that mmatch's own parts are held to. Written by `make stubs`.

