"""Who is let in where: resources, the map from tickets to them, and the grants."""
