"""The rota: who answers a rung of the ladder at which hours, who covers for whom, and what is found to be missing before it is needed."""
